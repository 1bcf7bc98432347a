"""Documents that other tools read, made of classifications: SPDX, CycloneDX, Model Openness Tool. Libraries load when used."""
