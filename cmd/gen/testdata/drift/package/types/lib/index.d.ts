import { Devices } from "./b2c/devices";
export { Devices };
