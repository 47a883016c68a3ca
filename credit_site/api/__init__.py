"""Where the API meets the site: its routes, its token endpoint, its edge."""
