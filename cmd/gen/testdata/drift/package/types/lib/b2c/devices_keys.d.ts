export interface DevicesKeysRotateStartRequest {
    device_id: string;
}
export interface DevicesKeysRotateStartResponse {
    status_code: number;
    next_secret: string;
}
export declare class Keys {
    rotateStart(data: DevicesKeysRotateStartRequest): Promise<DevicesKeysRotateStartResponse>;
}
