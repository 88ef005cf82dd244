"use strict";

const signals = exports.signals = "https://signals.example.com/";
