"""Documents that other tools read, made of classifications: SPDX, CycloneDX, the Model Openness Tool. Libraries load when used."""
