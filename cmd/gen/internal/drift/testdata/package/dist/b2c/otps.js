"use strict";

var _shared = require("../shared");
class OTPs {
  constructor(fetchConfig) {
    this.fetchConfig = fetchConfig;
  }

  /**
   * Checks a code.
   */
  authenticate(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/otps/authenticate`,
      headers,
      data
    });
  }
}
exports.OTPs = OTPs;
