"use strict";

var _shared = require("../shared");
class Keys {
  rotateStart(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/devices/${encodeURIComponent(data.device_id)}/keys/rotate/start`,
      headers,
      data: {}
    });
  }
}
