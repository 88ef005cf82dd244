"use strict";

var _shared = require("../shared");
class Users {
  constructor(fetchConfig) {
    this.fetchConfig = fetchConfig;
  }
  create(data) {
    const headers = {};
    return (0, _shared.request)(this.fetchConfig, {
      method: "POST",
      url: `/v1/users`,
      headers,
      data
    });
  }
}
exports.Users = Users;
