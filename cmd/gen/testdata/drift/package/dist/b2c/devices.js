"use strict";

var _shared = require("../shared");
var _method_options = require("../shared/method_options");
class Devices {
  create(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/devices`,
      headers,
      data
    });
  }
  get(params, options) {
    const headers = {};
    if (options?.authorization) {
      (0, _method_options.addDeviceHeaders)(headers, options.authorization);
    }
    return (0, _shared.request)(this.fetchConfig, {
      method: "GET",
      url: `/v1/devices/${encodeURIComponent(params.device_id)}`,
      headers,
      params: {
        limit: params.limit
      }
    });
  }
  search(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/devices/search`,
      headers,
      data
    });
  }
  upload(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/devices/upload`,
      headers,
      dataRaw: new URLSearchParams(data)
    });
  }
}
