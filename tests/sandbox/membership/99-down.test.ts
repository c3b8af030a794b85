import { removeMesh } from "./support/stage";

// Last by its name: whatever the tests before did, nothing of the shared sandbox stays.
after("remove the shared sandbox", () => removeMesh());
