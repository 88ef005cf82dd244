import { Attributes } from "./attribute";
import { Session } from "./sessions";
import { User as Person } from "./users";
export interface OTPsAuthenticateRequest {
    method_id: string;
    code: string;
    attributes?: Attributes;
    session_token?: string;
    session_jwt?: string;
    session_duration_minutes?: number;
    session_custom_claims?: Record<string, any>;
    locale?: "en" | "es" | "pt-br" | string;
    scopes?: string[];
}
export interface OTPsAuthenticateResponse {
    request_id: string;
    user: Person;
    reset_sessions: boolean;
    status_code: number;
    session?: Session;
}
export declare class OTPs {
    private fetchConfig;
    constructor(fetchConfig: any);
    /** Checks a code. */
    authenticate(data: OTPsAuthenticateRequest): Promise<OTPsAuthenticateResponse>;
}
