import { removeVerified } from "./support";

// Last by its name: whatever the tests before did, nothing of the sandbox stays.
after("remove the sandbox", () => removeVerified());
