/** For `{@attach}`: calls `close` for Escape within an element. If it closed something, all else that Escape closes stays open. */
export function closedByEscape(close: () => boolean): (element: HTMLElement) => () => void {
  return (element) => {
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && close()) event.preventDefault();
    };
    element.addEventListener('keydown', key);
    return () => element.removeEventListener('keydown', key);
  };
}

/** For `{@attach}`: calls `close` when the keyboard, or a click, goes elsewhere. */
export function closedByLeaving(close: () => void): (element: HTMLElement) => () => void {
  return (element) => {
    const left = (event: FocusEvent): void => {
      if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget))) close();
    };
    element.addEventListener('focusout', left);
    return () => element.removeEventListener('focusout', left);
  };
}
