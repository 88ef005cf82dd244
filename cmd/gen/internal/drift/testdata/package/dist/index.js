"use strict";

exports.Client = require("./b2c/client").Client;
