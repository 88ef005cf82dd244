import { Attributes } from "./attribute";
export interface Session {
    session_id: string;
    factors: Factor[];
    attributes?: Attributes;
}
export interface Factor {
    type: "otp" | "magic_link" | string;
    score?: number;
    email_factor?: EmailFactor;
}
export interface EmailFactor {
    email_id: string;
}
export interface JWK {
    kid: string;
    n: string;
}
export interface SessionsGetRequest {
    user_id: string;
    limit?: number;
}
export interface SessionsGetResponse {
    sessions: Session[];
}
export interface SessionsGetJWKSRequest {
    project_id: string;
}
export interface SessionsGetJWKSResponse {
    keys: JWK[];
}
export declare class Sessions {
    private fetchConfig;
    constructor(fetchConfig: any, clock: () => Date);
    get(params: SessionsGetRequest): Promise<SessionsGetResponse>;
    getJWKS(params: SessionsGetJWKSRequest): Promise<SessionsGetJWKSResponse>;
    authenticateJwt(params: {
        session_jwt: string;
    }): Promise<{
        session: Session;
    }>;
}
