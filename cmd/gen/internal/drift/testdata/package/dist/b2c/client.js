"use strict";

var jose = require("jose");
class Client {
  constructor(config) {
    this.jwks = jose.createRemoteJWKSet(new URL(`/v1/sessions/jwks/${config.project_id}`, config.base));
    this.pattern = /["'`]\/v1\/none/;
  }
}
exports.Client = Client;
