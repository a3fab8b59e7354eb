import { type DefaultTreeAdapterMap, defaultTreeAdapter, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];

/** What a reader typed or reads is not followed. */
const TEXTS = new Set(['value', 'placeholder', 'title', 'aria-label', 'aria-keyshortcuts', 'alt']);

/** Attributes whose URL may be relative: then it depends on the page that contains it. */
const FOLLOWED =
  /^(?:href|src|action|formaction|poster|hx-(?:get|post|put|patch|delete|push-url|replace-url)|sse-connect)$/;

/** The page itself, a part of it, another host, and what htmx calls no URL at all. */
const NOT_RELATIVE = /^(?:$|#|https?:\/\/|data:|(?:true|false)$)/;

/**
 * The URLs in this markup that do not begin with the base path, each with its element:
 * `a href="/jobs"`. URLs of other hosts, parts of the page and the page itself may stay as they are.
 */
export function urlsOutside(basePath: string, markup: string): string[] {
  const found: string[] = [];
  for (const { tagName, attrs } of elementsIn(parseFragment(`<template>${markup}</template>`))) {
    for (const { name, value } of attrs) {
      if (isOutside(basePath, name, value)) found.push(`${tagName} ${name}="${value}"`);
    }
  }
  return [...new Set(found)];
}

function isOutside(basePath: string, attribute: string, value: string): boolean {
  if (TEXTS.has(attribute) || isBelow(basePath, value)) return false;
  if (value.startsWith('/')) return true;
  return FOLLOWED.test(attribute) && !NOT_RELATIVE.test(value);
}

/** Whether a URL without an origin is the base path or below it. */
export function isBelow(basePath: string, url: string): boolean {
  return url.startsWith(basePath) && /^(?:[/?#]|$)/.test(url.slice(basePath.length));
}

function* elementsIn(node: Node): Generator<DefaultTreeAdapterMap['element']> {
  if (defaultTreeAdapter.isElementNode(node)) yield node;
  const inner = 'content' in node ? node.content.childNodes : [];
  const children = 'childNodes' in node ? node.childNodes : [];
  for (const child of [...inner, ...children]) yield* elementsIn(child);
}
