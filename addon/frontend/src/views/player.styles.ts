import { css } from "lit";

export const playerStyles = css`
  :host {
    position: fixed;
    inset: 0;
    background: #000;
    color: #f4efe7;
    --text: #f4efe7;
    --muted: #c9c0cf;
    --surface: #1d1825;
    --raised: #282131;
    --line: #4a4057;
    --line-strong: #857a94;
    --accent: #f2b84b;
    --accent-soft: #3b2c1a;
    --accent-text: #f6c766;
    --on-accent: #2a1a02;
    --danger: #ff9686;
    color-scheme: dark;
    overflow: hidden;
  }
  :host(.idle) {
    cursor: none;
  }
  video {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    background: #000;
    outline: none;
  }
  video::cue {
    background: rgb(0 0 0 / 55%);
    color: #fff;
  }
  .top,
  .bottom {
    position: absolute;
    inset-inline: 0;
    padding: clamp(0.8rem, 2.4vw, 2rem);
    transition: opacity 0.25s;
    z-index: 3;
  }
  .top {
    top: 0;
    display: flex;
    gap: 1rem;
    align-items: center;
    background: linear-gradient(rgb(0 0 0 / 78%), transparent);
    padding-bottom: 3.5rem;
    pointer-events: none;
  }
  .top > * {
    pointer-events: auto;
  }
  .top h1 {
    font-size: clamp(1.1rem, 0.9rem + 1vw, 1.7rem);
    text-shadow: 0 1px 10px #000;
  }
  .how {
    color: var(--muted);
    text-shadow: 0 1px 10px #000;
  }
  @media (max-width: 40rem) {
    .how {
      display: none;
    }
  }
  .bottom {
    bottom: 0;
    background: linear-gradient(transparent, rgb(0 0 0 / 85%));
    padding-top: 4rem;
    padding-bottom: calc(clamp(0.8rem, 2vw, 1.6rem) + env(safe-area-inset-bottom));
    display: grid;
    gap: 0.5rem;
  }
  .hidden {
    opacity: 0;
    pointer-events: none;
  }
  .controls {
    display: flex;
    align-items: center;
    gap: 0.3rem;
    flex-wrap: wrap;
  }
  .controls .space {
    flex: 1;
  }
  .controls button,
  .top button {
    color: inherit;
    background: rgb(0 0 0 / 35%);
    border-color: transparent;
  }
  .controls button:hover,
  .top button:hover {
    background: rgb(255 255 255 / 16%);
  }
  .controls .main-button {
    width: 3.4rem;
    height: 3.4rem;
    background: var(--accent);
    color: var(--on-accent);
    font-size: 1.25rem;
  }
  .controls .main-button:hover {
    background: var(--accent);
  }
  .time {
    padding: 0 0.7rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    text-shadow: 0 1px 6px #000;
  }
  .seek {
    position: relative;
    height: 1.6rem;
    display: flex;
    align-items: center;
  }
  .track {
    position: absolute;
    inset-inline: 0;
    height: 0.36rem;
    border-radius: 99px;
    background: rgb(255 255 255 / 22%);
    overflow: hidden;
  }
  .track i {
    position: absolute;
    inset: 0;
    transform-origin: left;
    transform: scaleX(var(--value, 0));
    border-radius: inherit;
  }
  .track .buffered {
    background: rgb(255 255 255 / 34%);
  }
  .track .played {
    background: var(--accent);
  }
  .tick {
    position: absolute;
    left: calc(var(--at) * 100%);
    width: 2px;
    height: 0.8rem;
    background: rgb(255 255 255 / 65%);
    pointer-events: none;
  }
  input[type="range"] {
    appearance: none;
    background: transparent;
    width: 100%;
    height: 1.6rem;
    margin: 0;
    position: relative;
    cursor: pointer;
    border-radius: 99px;
  }
  .seek input::-webkit-slider-thumb {
    appearance: none;
    width: 1.05rem;
    height: 1.05rem;
    border-radius: 50%;
    background: var(--accent);
    box-shadow: 0 0 0 3px rgb(0 0 0 / 45%);
  }
  .seek input::-moz-range-thumb {
    width: 1.05rem;
    height: 1.05rem;
    border: 0;
    border-radius: 50%;
    background: var(--accent);
  }
  .volume {
    width: 6.5rem !important;
    accent-color: var(--accent);
    appearance: auto !important;
  }
  .stage {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: 1.5rem;
    z-index: 4;
    background: radial-gradient(ellipse 70% 80% at 50% 40%, rgb(42 29 51 / 92%), rgb(0 0 0 / 92%));
    overflow: auto;
  }
  .panel {
    width: min(36rem, 100%);
    display: grid;
    gap: 1.1rem;
    justify-items: center;
    text-align: center;
  }
  .panel .mark {
    width: 4.6rem;
  }
  .panel .row {
    justify-content: center;
  }
  .panel .muted {
    text-wrap: pretty;
  }
  .breathe {
    animation: breathe 1.8s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    from {
      opacity: 0.3;
    }
  }
  .waiting {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    pointer-events: none;
    z-index: 2;
  }
  .waiting span {
    padding: 0.6rem 1.2rem;
    border-radius: 99px;
    background: rgb(0 0 0 / 68%);
  }
  .notices {
    position: absolute;
    inset: clamp(4.5rem, 12vh, 7rem) clamp(0.8rem, 2.4vw, 2rem) auto auto;
    width: min(25rem, calc(100vw - 1.6rem));
    display: grid;
    gap: 0.6rem;
    z-index: 3;
  }
  .notice {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    gap: 0.7rem;
    align-items: start;
    padding: 0.8rem;
    border-radius: var(--radius-small);
    background: rgb(29 24 37 / 94%);
    border: 1px solid var(--line);
    border-inline-start: 4px solid var(--accent);
    font-size: 0.95rem;
  }
  .menu {
    position: absolute;
    right: clamp(0.8rem, 2.4vw, 2rem);
    bottom: 6.6rem;
    z-index: 5;
    min-width: 15rem;
    max-width: calc(100vw - 1.6rem);
    max-height: 50vh;
    overflow: auto;
    padding: 0.4rem;
    display: grid;
    border-radius: var(--radius);
    background: rgb(29 24 37 / 97%);
    border: 1px solid var(--line);
  }
  .choices {
    display: grid;
  }
  .menu button {
    justify-content: start;
    text-align: start;
    border-radius: var(--radius-small);
    background: transparent;
    border-color: transparent;
    color: inherit;
  }
  .menu button:hover {
    background: var(--raised);
  }
  .menu .icon {
    visibility: hidden;
  }
  .menu [aria-checked="true"] .icon {
    visibility: visible;
  }
  .menu p {
    padding: 0.3rem 1.05rem;
  }
  .next {
    position: absolute;
    right: clamp(0.8rem, 2.4vw, 2rem);
    bottom: 8.5rem;
    z-index: 3;
    box-shadow: var(--shadow);
  }
  .keys {
    text-align: start;
    padding: 1.4rem 1.8rem;
    border-radius: var(--radius);
    background: var(--surface);
    border: 1px solid var(--line);
  }
  .keys dt {
    color: var(--accent-text);
    font-weight: 600;
  }
  .keys dd {
    color: var(--text);
  }
  @media (max-width: 760px) {
    .volume,
    .desk {
      display: none !important;
    }
    .controls {
      gap: 0.1rem;
      flex-wrap: nowrap;
    }
    .time {
      padding: 0 0.3rem;
      font-size: 0.85rem;
    }
  }
`;
