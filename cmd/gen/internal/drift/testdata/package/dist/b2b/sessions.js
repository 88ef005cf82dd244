"use strict";

var _method_options = require("../shared/method_options");
var _shared = require("../shared");
class Sessions {
  constructor(fetchConfig) {
    this.fetchConfig = fetchConfig;
  }
  revoke(data, options) {
    const headers = {};
    if (options?.authorization) {
      (0, _method_options.addAuthorizationHeaders)(headers, options.authorization);
    }
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/b2b/sessions/revoke`,
      headers,
      data
    });
  }
}
exports.Sessions = Sessions;
