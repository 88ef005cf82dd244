export interface Attributes {
    ip_address?: string;
    user_agent?: string;
}
