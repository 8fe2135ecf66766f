// The HTML of a letter without anything that acts or fetches: elements, attributes and styles of a list, in a document where
// nothing runs. The frame that shows it runs nothing and fetches nothing either: this is the second wall, not the only one.
// crates/door-safe/src/reading.rs does the same for browsers without script.

const ELEMENTS = new Set(("a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em " +
  "figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub summary " +
  "sup table tbody td tfoot th thead time tr tt u ul var wbr article aside footer header main nav").split(" "));
// What is not shown at all, with all that is in it.
const DROPPED = new Set(("script style title head template noscript svg math iframe frame frameset noframes object embed applet audio " +
  "video canvas textarea select option button input form map area base link meta xmp plaintext noembed portal dialog").split(" "));
// Of those, what only stands around text.
const KEPT_INSIDE = new Set(["form", "head", "dialog"]);
const ATTRIBUTES = new Set("align bgcolor border cellpadding cellspacing color colspan dir face height lang rowspan size span start style title type valign width alt".split(" "));
const STYLES = new Set(("background-color border border-bottom border-collapse border-color border-left border-radius border-right border-spacing " +
  "border-style border-top border-width color direction display font font-family font-size font-style font-variant font-weight height " +
  "letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width min-width padding " +
  "padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent text-transform vertical-align " +
  "white-space width word-break").split(" "));
const ELEMENTS_LIMIT = 50_000;
const LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=]*$/;
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

function style_of(text) {
  const kept = [];
  for (const declaration of text.split(";")) {
    const at = declaration.indexOf(":");
    const name = declaration.slice(0, at).trim().toLowerCase();
    const value = declaration.slice(at + 1).trim();
    // Neither functions, which fetch, nor signs by which they are hidden.
    if (at > 0 && STYLES.has(name) && /^[A-Za-z0-9 .,#%'-]*(?:rgba?\([0-9 .,%]*\))?(?: ?!important)?$/.test(value)) kept.push(`${name}:${value}`);
  }
  return kept.join(";");
}

// Copies what may be shown into `to`, without going deeper by calling itself: letters nest as they like.
function copy(from, to, pictures) {
  const out = to.ownerDocument;
  const waiting = [[from.firstChild, to]];
  let left = ELEMENTS_LIMIT;
  while (waiting.length) {
    const [node, place] = waiting.pop();
    if (!node) continue;
    waiting.push([node.nextSibling, place]);
    if (node.nodeType === Node.TEXT_NODE) {
      place.append(node.data);
      continue;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || left <= 0) continue;
    const name = node.localName;
    const is_html = node.namespaceURI === "http://www.w3.org/1999/xhtml";
    if (!is_html || (DROPPED.has(name) && !KEPT_INSIDE.has(name))) continue;
    left -= 1;
    let inner = place;
    if (ELEMENTS.has(name)) {
      inner = out.createElement(name);
      attributes(node, inner, pictures);
      if (name !== "img" || inner.hasAttribute("src")) place.append(inner);
    }
    waiting.push([node.firstChild, inner]);
  }
}

function attributes(from, to, pictures) {
  for (const { name, value } of from.attributes) {
    if (name === "style") {
      const style = style_of(value);
      if (style) to.setAttribute("style", style);
    } else if (ATTRIBUTES.has(name)) {
      to.setAttribute(name, value);
    } else if (name === "href" && from.localName === "a" && LINK.test(value.trim())) {
      to.setAttribute("href", value.trim());
      to.setAttribute("target", "_blank");
      to.setAttribute("rel", "noopener noreferrer nofollow");
    } else if (name === "src" && from.localName === "img") {
      const address = value.startsWith("cid:") ? pictures.get(decode(value.slice(4))) : value;
      if (address && PICTURE.test(address)) to.setAttribute("src", address);
    }
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// A whole document for a frame: the letter's HTML, cleaned. `pictures` are those that the letter brings along, as addresses that
// hold them, by their Content-ID.
export function document_of(html, pictures) {
  const inert = new DOMParser().parseFromString(html, "text/html");
  const out = document.implementation.createHTMLDocument("");
  const policy = out.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = POLICY;
  const charset = out.createElement("meta");
  charset.setAttribute("charset", "utf-8");
  out.head.prepend(charset, policy);
  out.body.setAttribute("style", "margin:16px;background:#fff;color:#16211f;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere");
  copy(inert.body, out.body, pictures);
  return `<!DOCTYPE html>${out.documentElement.outerHTML}`;
}
