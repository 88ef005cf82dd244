export interface DevicesSignalsLookupRequest {
    signal_id: string;
}
export interface DevicesSignalsLookupResponse {
    status_code: number;
    scores: Record<string, number>;
}
export declare class Signals {
    lookup(data: DevicesSignalsLookupRequest): Promise<DevicesSignalsLookupResponse>;
}
