"""Prints the documents of YAML files as one JSON array: python yaml2json.py FILE…"""
import json
import sys

import yaml

json.dump([doc for path in sys.argv[1:] for doc in yaml.safe_load_all(open(path, encoding="utf-8"))], sys.stdout)
