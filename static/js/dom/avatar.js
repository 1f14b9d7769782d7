// Who has no picture is shown by the initials of the name, on a colour of one's own.

const HUES = 12;

/**
 * @param {HTMLElement} element
 * @param {User} user
 */
export function drawAvatar(element, user) {
  element.textContent = initials(user.display);
  element.dataset.hue = String([...user.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES);
}

/** The first letters of the first and the last word. @param {string} name */
function initials(name) {
  const words = name.split(/\s+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0].toLocaleUpperCase()).join("");
}
