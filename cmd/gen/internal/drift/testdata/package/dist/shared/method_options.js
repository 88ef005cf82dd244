"use strict";

exports.addAuthorizationHeaders = addAuthorizationHeaders;
function addAuthorizationHeaders(headers, authorization) {
  if (authorization.session_token) {
    headers["X-Member-Session"] = authorization.session_token;
  }
  if (authorization.session_jwt) {
    headers["X-Member-SessionJWT"] = authorization.session_jwt;
  }
}
