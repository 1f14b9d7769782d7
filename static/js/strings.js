// The page's own sentences, rendered by the server in the reader's language (templates/chat/strings.html).

/** @type {Map<string, string>} */
let sentences = new Map();
let plural = new Intl.PluralRules("en");

/**
 * @param {ParentNode} source  holds one element a sentence, named by `data-string`
 * @param {string} language
 */
export function readStrings(source, language) {
  const elements = /** @type {NodeListOf<HTMLElement>} */ (source.querySelectorAll("[data-string]"));
  sentences = new Map([...elements].map((e) => [e.dataset.string ?? "", (e.textContent ?? "").trim()]));
  plural = new Intl.PluralRules(language);
}

/**
 * The sentence `name`, with `{…}` filled in. With a number `n`, its form for that number: `name.one`, `name.other`.
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 */
export function t(name, values = {}) {
  const form = typeof values.n === "number" ? sentences.get(`${name}.${plural.select(values.n)}`) : undefined;
  const sentence = form ?? sentences.get(name) ?? sentences.get(`${name}.other`) ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}
