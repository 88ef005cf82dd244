import { Authorization } from "../shared/method_options";
export interface Firmware {
    version: string;
    build: number;
}
export interface Device {
    device_id: string;
    created_at: string;
    last_seen_at?: string;
    state: "active" | "retired";
    firmware: Firmware;
    settings?: Record<string, any>;
    owner_phone_number?: string;
}
export interface DevicesCreateRequest {
    name: string;
    registration_token?: string;
    owner_emails?: string[];
    allowed_networks?: Record<string, string[]>;
}
export interface DevicesGetRequest {
    device_id: string;
    limit?: number;
}
export interface DevicesGetResponse {
    request_id: string;
    status_code: number;
    device: Device;
}
export interface NameFilter {
    name?: string;
}
export interface StateFilter {
    state?: string;
}
export interface DevicesSearchRequest {
    filter?: NameFilter | StateFilter;
}
export interface DevicesUploadRequest {
    file: string;
}
export interface DevicesGetRequestOptions {
    authorization?: Authorization;
}
export declare class Devices {
    create(data: DevicesCreateRequest): Promise<DevicesGetResponse>;
    get(params: DevicesGetRequest, options?: DevicesGetRequestOptions): Promise<DevicesGetResponse>;
    search(data: DevicesSearchRequest): Promise<DevicesGetResponse>;
    upload(data: DevicesUploadRequest): Promise<DevicesGetResponse>;
}
