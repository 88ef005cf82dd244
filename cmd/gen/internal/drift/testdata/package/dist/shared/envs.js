"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.live = exports.codes = void 0;
const live = exports.live = "https://api.example.com/";
const codes = exports.codes = "https://codes.example.com/";
