/** Of a user. */
export interface Email {
    email_id: string;
    email: string;
    verified: boolean;
}
export interface Name {
    first_name?: string;
}
export interface User {
    /**
     * The id; never a {brace} or "quote" too many.
     */
    user_id: string;
    emails: Email[];
    status: string;
    roles: string[];
    name?: Name;
    created_at?: string;
    trusted_metadata?: Record<string, any>;
}
export declare class Users {
    private fetchConfig;
    constructor(fetchConfig: any);
    create(data: User): Promise<User>;
}
