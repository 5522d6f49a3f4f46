const path = require("path");
const linters = path.join(__dirname, ".run", "node", "node_modules");
const globals = require(path.join(linters, "globals"));
const js = require(path.join(linters, "@eslint", "js"));

module.exports = [
    { ignores: ["**/.run/**", "**/static/lib/**", "**/node_modules/**"] },
    js.configs.recommended,
    {
        files: ["**/static/**/*.js", "**/tests/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, NDEFReader: "readonly" },
        },
        rules: {
            curly: "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "no-var": "error",
            "prefer-const": "error",
            "no-console": "error",
            "no-restricted-globals": ["error", "event"],
            complexity: ["error", 16],
        },
    },
    // What a browser test sends into the page talks to the test through the console.
    { files: ["**/tests/*.js"], rules: { "no-console": "off" } },
    // Put in front of other scripts, which use its names.
    { files: ["**/tests/*_lib.js"], rules: { "no-unused-vars": "off" } },
    {
        files: ["**/*.cjs"],
        languageOptions: { sourceType: "commonjs", globals: globals.node },
    },
];
