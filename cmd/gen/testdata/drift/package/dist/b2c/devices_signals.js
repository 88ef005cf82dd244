"use strict";

var _shared = require("../shared");
class Signals {
  lookup(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/devices/signals/lookup`,
      baseURLType: "SIGNALS",
      headers,
      data
    });
  }
}
