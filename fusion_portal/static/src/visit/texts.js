/** Translations of this addon's sentences, as the page brings them. */
export const texts = {};

/**
 * @param {string} source
 * @param {...(string|number)} values for each %s
 */
export function _t(source, ...values) {
    let text = texts[source] || source;
    for (const value of values) {
        text = text.replace("%s", () => value);
    }
    return text;
}
