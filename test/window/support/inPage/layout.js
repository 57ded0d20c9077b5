/**
 * Runs inside the window's page, see ../look.ts: what of the page's texts cannot be read because it is cut off, and
 * whether the page has to be scrolled sideways. Plain JavaScript, since the page's types are not the tests'.
 */
(() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    found.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth} px: ${widest()}`);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.data.trim() === '' || !isShown(text.parentElement)) continue;
    const cut = cutBy(text);
    if (cut !== null) found.push(`"${text.data.trim()}" is cut off by ${cut}`);
  }
  for (const field of document.querySelectorAll('select, input[type="button"], input[readonly]')) {
    if (isShown(field) && field.scrollWidth > field.clientWidth + 1)
      found.push(`the field "${field.value}" is narrower than what is in it`);
  }
  return found;

  function isShown(element) {
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** Charts and what only screen readers read are not looked at; texts with a title can be read by pointing at them. */
  function cutBy(text) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()];
    for (let at = text.parentElement; at !== null && at !== document.body; at = at.parentElement) {
      if (at instanceof SVGElement || at.hasAttribute('title')) return null;
      const frame = at.getBoundingClientRect();
      if (frame.width <= 1 || frame.height <= 1) return null;
      const { overflowX, overflowY } = getComputedStyle(at);
      const sideways = /hidden|clip/.test(overflowX);
      const upright = /hidden|clip/.test(overflowY);
      // What can be scrolled to is not cut.
      if (/auto|scroll/.test(overflowX) || /auto|scroll/.test(overflowY)) return null;
      for (const box of boxes) {
        if (sideways && (box.right > frame.right + 1 || box.left < frame.left - 1)) return nameOf(at);
        // Letters reach a little over their line.
        if (upright && (box.bottom > frame.bottom + 4 || box.top < frame.top - 4)) return nameOf(at);
      }
    }
    return boxes.some((box) => box.right > root.clientWidth + 1 || box.left < -1) ? 'the window' : null;
  }

  function widest() {
    const over = [...document.body.querySelectorAll('*')].filter(
      (one) => one.getBoundingClientRect().right > root.clientWidth + 1,
    );
    return over.slice(-1).map(nameOf).join();
  }

  function nameOf(element) {
    return `<${element.localName} class="${element.getAttribute('class') ?? ''}">`;
  }
})();
