import { Client } from "./b2c/client";
export { Client };
