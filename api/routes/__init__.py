"""Routes: the addresses of each noun, and what they take, return and refuse. Begin with topics.py, a short one."""
