"use strict";

var _shared = require("../shared");
class Sessions {
  constructor(fetchConfig, clock) {
    this.fetchConfig = fetchConfig;
  }
  get(params) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "GET",
      url: `/v1/sessions`,
      headers,
      params: {
        ...params
      }
    });
  }
  getJWKS(params) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "GET",
      url: `/v1/sessions/jwks/${encodeURIComponent(params.project_id)}`,
      headers,
      params: {}
    });
  }
  async authenticateJwt(params) {
    return { session: params.session_jwt };
  }
}
exports.Sessions = Sessions;
