import { television } from "../../core/look";
import { activeElement } from "../../core/spatial";
import type { Player } from "./face";

/**
 * Do what a key asks of a film that plays. `asleep`: the buttons were hidden when it was pressed.
 * Returns whether the key was meant for the player.
 */
export function command(key: string, player: Player, asleep: boolean): boolean {
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
      player.seekTo(medium.time + (key === "ArrowLeft" ? -10 : 10));
      return true;
    }
    case "ArrowUp":
    case "ArrowDown":
      if (television.value || player.panel) return asleep;
      medium.setVolume(medium.loudness + (key === "ArrowUp" ? 0.05 : -0.05));
      return true;
    case "j":
      player.seekTo(medium.time - 30);
      return true;
    case "l":
      player.seekTo(medium.time + 30);
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
      player.seekTo((medium.duration * Number(key)) / 10);
      return true;
  }
}
