import { setupServer } from "msw/node";

/** Stands where Clonnect's API would; each test says what it answers. */
export const server = setupServer();
