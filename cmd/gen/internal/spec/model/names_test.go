package model

import "testing"

func TestGoName(t *testing.T) {
	tests := map[string]string{
		"phone_number":        "PhoneNumber",
		"user_id":             "UserID",
		"otps.sms":            "OTPsSMS",
		"otps.whatsapp":       "OTPsWhatsApp",
		"login_or_create":     "LoginOrCreate",
		"get_jwks":            "GetJWKS",
		"git_lab_oauth":       "GitLabOAuth",
		"zh-Hans":             "ZhHans",
		"de-DE":               "DeDE",
		"pt-br":               "PtBR",
		"ALL_ALLOWED":         "AllAllowed",
		"x5t_s256":            "X5TS256",
		"X-Acting-Session":    "XActingSession",
		"url":                 "URL",
		"methodId":            "MethodID",
		"sessionJWT":          "SessionJWT",
		"2fa":                 "",
		"日本":                  "",
		"naïve":               "",
		"_":                   "",
		"":                    "",
		"func":                "Func",
		"m2m.clients.secrets": "M2MClientsSecrets",
		"idp_sso_urls":        "IDPSSOURLs",
		"pkce_code_verifier":  "PKCECodeVerifier",
		"use_https":           "UseHTTPS",
		"sdk_config":          "SDKConfig",
		"qr_code":             "QRCode",
		"userinfo_url":        "UserInfoURL",
		"md_5_config":         "MD5Config",
		"sha_512_config":      "SHA512Config",
		"pbkdf_2_config":      "PBKDF2Config",
		"x509_certificate":    "X509Certificate",
		"sha256":              "SHA256",
		"SHA-512":             "SHA512",
		"oauth2_clients":      "OAuth2Clients",
		"member_ips":          "MemberIPs",
		"sms_address":         "SMSAddress",
		"x5tS256":             "X5TS256",
		"m2m":                 "M2M",
		"b2b_x509":            "B2BX509",
		"captcha_failed":      "CAPTCHAFailed",
		"one_login":           "OneLogin",
		"onelogin":            "OneLogin",
		"scrypt":              "Scrypt",
		"webauthn_mfa_rbac":   "WebAuthnMFARBAC",
		"../../etc/passwd":    "EtcPasswd",
		"a\nb":                "AB",
		"email*/; os.Exit(1)": "EmailOsExit1",
	}
	for wire, want := range tests {
		if got := GoName(wire); got != want {
			t.Errorf("GoName(%q) = %q, want %q", wire, got, want)
		}
	}
}

func TestUnexported(t *testing.T) {
	tests := map[string]string{
		"OTPsSMSSend": "otpsSMSSend", "ID": "id", "JWKS": "jwks", "OTPs": "otps", "WhatsAppSend": "whatsAppSend", "OAuthFactor": "oauthFactor", "M2MToken": "m2mToken", "IDsOf": "idsOf", "SHA256Sum": "sha256Sum", "X5C": "x5c", "X": "x", "SessionsGet": "sessionsGet",
		"PhoneLocale": "phoneLocale", "Func": "func_", "IPAddress": "ipAddress",
	}
	for name, want := range tests {
		if got := Unexported(name); got != want {
			t.Errorf("Unexported(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFileName(t *testing.T) {
	tests := map[string]string{
		"AuthenticationFactor": "authentication_factor", "JWK": "jwk", "SCIMAttributes": "scim_attributes",
		"MFARequired": "mfa_required", "M2MClient": "m2m_client", "SHA1Config": "sha1_config", "MD5Config": "md5_config", "PBKDF2Config": "pbkdf2_config", "OAuth2Client": "oauth2_client", "X509Certificate": "x509_certificate", "IDsOfX5TS256": "ids_of_x5t_s256", "IDPOAuth": "idp_oauth",
		"UserInfo": "userinfo", "PKCECode": "pkce_code",
		"OAuthFactor": "oauth_factor", "WebAuthnFactor": "webauthn_factor", "OTPsSMS": "otps_sms", "User": "user",
	}
	for name, want := range tests {
		if got := FileName(name); got != want {
			t.Errorf("FileName(%q) = %q, want %q", name, got, want)
		}
	}
}
