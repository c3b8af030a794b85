import { removeShared } from "../../support/standing";

// Last by its name: whatever the tests before did, nothing of the shared sandbox stays.
after("remove the shared sandbox", () => removeShared());
