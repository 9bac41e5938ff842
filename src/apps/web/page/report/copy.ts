/** Copies the lines beside a button. Where the clipboard may not be written, they are selected instead. */
const SAID_MS = 1500

export function copyOnPress(button: HTMLButtonElement): void {
  const lines = button.previousElementSibling
  if (!lines) return
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(lines.textContent ?? '')
      say(button, 'copied')
    } catch {
      getSelection()?.selectAllChildren(lines)
      say(button, 'selected')
    }
  })
}

function say(button: HTMLButtonElement, word: string): void {
  button.textContent = word
  setTimeout(() => {
    button.textContent = 'copy'
  }, SAID_MS)
}
