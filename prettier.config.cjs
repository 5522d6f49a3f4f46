const path = require("path");
const linters = path.join(__dirname, ".run", "node", "node_modules");

module.exports = {
    plugins: [path.join(linters, "@prettier", "plugin-xml", "src", "plugin.js")],
    printWidth: 100,
    tabWidth: 4,
    bracketSpacing: true,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: false,
};
