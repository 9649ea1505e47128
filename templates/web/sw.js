// Shows a page in words when there is no network. Keeps that page, its look and its script; never a page of a dossier.
"use strict";
const CACHE = "offline {{ version }}";
const PAGE = "{{ request.root_path }}/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...{{ kept | tojson }}])));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))),
  );
  self.clients.claim();
});
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.mode === "navigate")
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (["style", "script"].includes(event.request.destination))
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
});
