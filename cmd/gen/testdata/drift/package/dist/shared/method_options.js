"use strict";

function addDeviceHeaders(headers, authorization) {
  headers["X-Device-Session"] = authorization.session_token;
  headers["X-Device-SessionJWT"] = authorization.session_jwt;
}
