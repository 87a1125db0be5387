// Loaded into jsii's Node process before everything else (see _cdktf.py).
//
// The provider's lib/index.js requires its 2,134 resource modules one by one: 1.5 s and 450 MB, of
// which a stack needs about twenty. While that file is compiled, each of its lines
//     exports.x = require("./x");
// becomes a getter that requires the module when it is first asked for.
"use strict";

const Module = require("module");

const EAGER = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/gm;
const compile = Module.prototype._compile;

Module.prototype._compile = function (content, filename, ...rest) {
  if (/[\\/]lib[\\/]index\.js$/.test(filename) && content.includes("exports.ecrRepository = require(")) {
    content = content.replace(
      EAGER,
      (_, name, path) =>
        `Object.defineProperty(exports, "${name}", ` +
        `{ enumerable: true, configurable: true, get: () => require("${path}") });`,
    );
  }
  return compile.call(this, content, filename, ...rest);
};
