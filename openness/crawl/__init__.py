"""Crawling: many repositories into the store, politely, with a journal from which a killed crawl goes on."""
