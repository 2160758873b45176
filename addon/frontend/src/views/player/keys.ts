import { television } from "../../core/look";
import { activeElement } from "../../core/spatial";
import type { Player } from "./face";

/** Listens to every key while the player is open. */
export function keyPressed(event: KeyboardEvent, player: Player): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const asleep = player.idle;
  player.wake();
  if (event.key === "Escape" || event.key === "GoBack" || event.key === "BrowserBack") {
    if (player.panel) player.closePanel();
    else if (!document.fullscreenElement) player.leave();
    else return;
    event.preventDefault();
    return;
  }
  if (!player.session?.url || player.asking || player.problem) return;
  if (command(event.key, player, asleep)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * Do what a key asks of a film that plays. `asleep`: the buttons were hidden when it was pressed.
 * Returns whether the key was meant for the player.
 */
function command(key: string, player: Player, asleep: boolean): boolean {
  const medium = player.medium;
  const active = activeElement();
  const onButton = active instanceof HTMLButtonElement || active instanceof HTMLAnchorElement;
  switch (key) {
    case " ":
    case "Enter":
      if (onButton && !asleep) return false;
      player.toggle();
      return true;
    case "k":
    case "MediaPlayPause":
      player.toggle();
      return true;
    case "ArrowLeft":
    case "ArrowRight": {
      // On a television the arrows walk among the buttons while these can be seen.
      if (active instanceof HTMLInputElement && active.id === "volume") return false;
      if (television.value && !asleep && onButton) return false;
      player.medium.seekTo(medium.time + (key === "ArrowLeft" ? -10 : 10));
      return true;
    }
    case "ArrowUp":
    case "ArrowDown":
      if (television.value || player.panel) return asleep;
      medium.setVolume(medium.loudness + (key === "ArrowUp" ? 0.05 : -0.05));
      return true;
    case "j":
      player.medium.seekTo(medium.time - 30);
      return true;
    case "l":
      player.medium.seekTo(medium.time + 30);
      return true;
    case "m":
      medium.toggleMute();
      return true;
    case "f":
      player.toggleFull();
      return true;
    case "c":
      player.cycleSubtitle();
      return true;
    case "n":
      player.next();
      return true;
    case "?":
      player.openPanel("help");
      return true;
    default:
      if (!/^[0-9]$/.test(key)) return false;
      player.medium.seekTo((medium.duration * Number(key)) / 10);
      return true;
  }
}
