import { Authorization } from "../shared/method_options";
export interface SessionsRevokeRequest {
    session_token?: string;
    member_id?: string;
}
export interface SessionsRevokeRequestOptions {
    authorization?: Authorization;
}
export interface SessionsRevokeResponse {
    status_code: number;
}
export declare class Sessions {
    private fetchConfig;
    revoke(data: SessionsRevokeRequest, options?: SessionsRevokeRequestOptions): Promise<SessionsRevokeResponse>;
}
