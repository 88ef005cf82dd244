export interface Authorization {
    session_token?: string;
    session_jwt?: string;
}
