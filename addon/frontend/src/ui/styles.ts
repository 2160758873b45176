import { css } from "lit";

/** What every component shares: reset, type, buttons, fields, cards. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1,
  h2,
  h3 {
    font-family: var(--serif);
    font-weight: 600;
    line-height: 1.15;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  h1 {
    font-size: clamp(1.7rem, 1.3rem + 1.4vw, 2.4rem);
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: 1.25rem;
  }
  h3 {
    font-size: 1.05rem;
  }
  a {
    color: var(--accent-text);
    text-underline-offset: 0.2em;
  }
  :focus-visible {
    outline: var(--focus) solid var(--accent-text);
    outline-offset: 2px;
  }
  .icon {
    width: 1.35em;
    height: 1.35em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  button,
  .button {
    font: inherit;
    font-weight: 550;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-height: 2.75rem;
    padding: 0.35rem 1.05rem;
    border: 1px solid var(--line);
    border-radius: 999px;
    background: var(--raised);
    color: var(--text);
    text-decoration: none;
    cursor: pointer;
    transition:
      background 0.15s,
      border-color 0.15s,
      transform 0.1s;
  }
  button:hover,
  .button:hover {
    border-color: var(--line-strong);
  }
  button:active,
  .button:active {
    transform: scale(0.98);
  }
  button[disabled],
  button[aria-disabled="true"] {
    opacity: 0.55;
    cursor: default;
  }
  .primary {
    background: var(--accent);
    border-color: transparent;
    color: var(--on-accent);
    font-weight: 650;
  }
  .primary:hover {
    border-color: transparent;
    background: color-mix(in srgb, var(--accent) 88%, white);
  }
  .danger {
    background: var(--danger-soft);
    color: var(--danger);
    border-color: color-mix(in srgb, var(--danger) 45%, transparent);
  }
  .quiet {
    background: transparent;
    border-color: transparent;
  }
  .quiet:hover {
    background: var(--raised);
    border-color: transparent;
  }
  .only-icon {
    width: 2.75rem;
    padding: 0;
  }
  .small {
    min-height: 2.25rem;
    padding: 0.15rem 0.8rem;
    font-size: 0.9rem;
  }
  .small.only-icon {
    width: 2.25rem;
    padding: 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: center;
  }
  .spread {
    justify-content: space-between;
  }
  .stack {
    display: grid;
    gap: 1rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .muted {
    color: var(--muted);
  }
  .fine {
    font-size: 0.875rem;
  }
  .num {
    font-variant-numeric: tabular-nums;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    justify-content: space-between;
    gap: 0.8rem 1.5rem;
    margin-bottom: 1.4rem;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    padding: 1.1rem 1.25rem;
  }
  .card > h2 {
    margin-bottom: 0.7rem;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  label,
  .label {
    font-weight: 550;
  }
  .field {
    display: grid;
    gap: 0.3rem;
  }
  input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"]),
  select,
  textarea {
    font: inherit;
    color: var(--text);
    background: var(--bg);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    min-height: 2.75rem;
    padding: 0.4rem 0.8rem;
    width: 100%;
    min-width: 0;
  }
  textarea {
    min-height: 6rem;
    resize: vertical;
    font-family: ui-monospace, "DejaVu Sans Mono", monospace;
    font-size: 0.9rem;
  }
  ::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  [aria-invalid="true"] {
    border-color: var(--danger) !important;
  }
  input[type="checkbox"],
  input[type="radio"] {
    accent-color: var(--accent);
    width: 1.25rem;
    height: 1.25rem;
    flex: none;
    margin: 0;
  }
  .check {
    display: flex;
    gap: 0.7rem;
    align-items: start;
    min-height: 2.25rem;
    cursor: pointer;
  }
  .check .muted {
    font-weight: 400;
  }
  .check input {
    margin-top: 0.15rem;
  }
  .error {
    color: var(--danger);
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    padding: 0.1rem 0.6rem;
    border-radius: 999px;
    font-size: 0.8rem;
    font-weight: 600;
    background: var(--raised);
    color: var(--muted);
  }
  .pill.warm {
    background: var(--accent-soft);
    color: var(--accent-text);
  }
  .pill.ok {
    background: var(--ok-soft);
    color: var(--ok);
  }
  .pill.bad {
    background: var(--danger-soft);
    color: var(--danger);
  }
  .bar {
    height: 0.4rem;
    border-radius: 99px;
    background: var(--line);
    overflow: hidden;
  }
  .bar::before {
    content: "";
    display: block;
    height: 100%;
    width: 100%;
    border-radius: inherit;
    background: var(--bar, var(--accent));
    transform-origin: left;
    transform: scaleX(var(--value, 0));
    transition: transform 0.9s linear;
  }
  .segments {
    display: flex;
    gap: 0.25rem;
    overflow-x: auto;
    scrollbar-width: none;
    padding: 0.3rem;
    margin: -0.3rem;
  }
  .segments button {
    flex: none;
    background: transparent;
    border-color: transparent;
    color: var(--muted);
    min-height: 2.5rem;
  }
  .segments button:hover {
    color: var(--text);
  }
  .segments [aria-pressed="true"],
  .segments [aria-selected="true"] {
    background: var(--raised);
    border-color: var(--line);
    color: var(--text);
  }
  .list > li + li {
    border-top: 1px solid var(--line);
  }
  .list > li {
    padding: 0.8rem 0;
  }
  .skeleton {
    border-radius: var(--radius-small);
    background: linear-gradient(100deg, var(--surface) 30%, var(--raised) 50%, var(--surface) 70%);
    background-size: 300% 100%;
    animation: shimmer 1.8s linear infinite;
    min-height: 1rem;
  }
  @keyframes shimmer {
    from {
      background-position: 120% 0;
    }
    to {
      background-position: -40% 0;
    }
  }
  table {
    border-collapse: collapse;
    width: 100%;
  }
  th,
  td {
    text-align: start;
    padding: 0.5rem 0.8rem 0.5rem 0;
    border-bottom: 1px solid var(--line);
    vertical-align: top;
  }
  th {
    font-size: 0.8rem;
    font-weight: 600;
    color: var(--muted);
  }
  .scroll-x {
    overflow-x: auto;
  }
  dl.facts {
    display: grid;
    grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr);
    gap: 0.45rem 1.4rem;
  }
  dl.facts dt {
    color: var(--muted);
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid CanvasText;
    }
    .bar::before {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
