// Keeps the mail's share of the key before anything can be pressed: a page shows its buttons before its modules have come, and
// whatever form is sent leaves behind what stands behind «#». No module, and in the head: the page waits for it.

{
  const key = `relais-safe-${document.currentScript.dataset.slot}`;
  // For the pages of this letter, in this tab; and taken out of the address.
  const keep = () => {
    const found = location.hash.match(/^#a=([A-Za-z0-9_-]{43})$/);
    if (!found) return false;
    sessionStorage.setItem(key, found[1]);
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  };
  keep();
  // A link that is put into the tab of its own letter loads nothing: browsers see the same address with another «#».
  addEventListener("hashchange", () => { if (keep()) location.reload(); });
}
