"use strict";

exports.Devices = require("./b2c/devices").Devices;
